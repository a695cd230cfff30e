//! `IndicatorService`.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use tonic::Request;

use crate::app::{self, Answer, App, CompiledQuery, Delivered};
use crate::rpc::call::{Call, Replies, Reply};
use crate::rpc::proto::compute_batch_response::Outcome;
use crate::rpc::proto::indicator_service_server::IndicatorService;
use crate::rpc::proto::{
    ComputeBatchRequest, ComputeBatchResponse, ComputeRequest, ComputeStreamRequest, ComputeStreamResponse,
    CorrelateRequest, CorrelateResponse, DownsampleRequest, DownsampleResponse, ListIndicatorsRequest,
    ListIndicatorsResponse, ScreenRequest, ScreenResponse, SeriesId, SweepRequest, SweepResponse, WatchRequest,
    WatchResponse,
};
use crate::rpc::wire::{self, ComputeResponse, ResponseForm, WatchWriter};
use crate::rpc::{Error, error};

/// Lists indicators and computes them.
pub(in crate::rpc) struct Service {
    app: Arc<App>,
}

impl Service {
    pub(in crate::rpc) fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn answer(&self, mut request: ComputeRequest, call: &Call) -> Result<ComputeResponse, Error> {
        let is_shared = wire::take_delivery(&mut request)?;
        // With `delivery` it is left there, and refused.
        let form = if is_shared { ResponseForm::default() } else { form_of(&mut request)? };
        let question = wire::question(request, &self.app.compute)?;
        let compiled = Arc::clone(&question.compiled);
        if is_shared {
            let user = call.user()?;
            call.hold_leases(&self.app.shared_answers);
            let delivered = Box::pin(self.app.shared_answers.compute(question, user, &call.context));
            return Ok(match delivered.await? {
                Delivered::Message(answer) => wire::answer(answer, &compiled, true),
                Delivered::Shared(answer) => wire::shared_answer(answer, &compiled),
            });
        }
        let answer = self.app.compute.unary(question, &call.context).await?;
        Ok(wire::formed(answer, &compiled, true, form))
    }
}

/// The form of the response, taken from a request.
fn form_of(
    ComputeRequest { value_type, omit_times, since_epoch, .. }: &mut ComputeRequest,
) -> Result<ResponseForm, Error> {
    wire::take_form(value_type, omit_times, since_epoch.is_some())
}

#[tonic::async_trait]
impl IndicatorService for Service {
    type ComputeStreamStream = Replies<ComputeStreamResponse>;
    type ComputeBatchStream = Replies<ComputeBatchResponse>;
    type SweepStream = Replies<SweepResponse>;
    type ScreenStream = Replies<ScreenResponse>;
    type WatchStream = Replies<WatchResponse>;

    async fn list_indicators(&self, request: Request<ListIndicatorsRequest>) -> Reply<ListIndicatorsResponse> {
        let (call, ListIndicatorsRequest { group, search }) = Call::open(request);
        call.reply(Ok(wire::catalogue(&group, &search)))
    }

    async fn compute(&self, request: Request<ComputeRequest>) -> Reply<ComputeResponse> {
        let (call, request) = Call::open(request);
        call.reply(self.answer(request, &call).await)
    }

    async fn compute_stream(&self, request: Request<ComputeStreamRequest>) -> Reply<Self::ComputeStreamStream> {
        let (call, ComputeStreamRequest { request }) = Call::open(request);
        let answers = async {
            let mut request = request.ok_or_else(|| error::field("request", "set", "nothing"))?;
            let form = form_of(&mut request).map_err(|error| error.inside("request"))?;
            let question = wire::question(request, &self.app.compute).map_err(|error| error.inside("request"))?;
            let compiled = Arc::clone(&question.compiled);
            let answers = self.app.compute.stream(question, &call.context).await?;
            Ok(answers.enumerate().map(move |(index, answer)| {
                Ok(ComputeStreamResponse { chunk: Some(wire::formed(answer?, &compiled, index == 0, form)) })
            }))
        };
        let answers = answers.await;
        call.replies(answers)
    }

    async fn compute_batch(&self, request: Request<ComputeBatchRequest>) -> Reply<Self::ComputeBatchStream> {
        let (call, mut request) = Call::open(request);
        let answers = || {
            let form = wire::take_form(&mut request.value_type, &mut request.omit_times, false)?;
            let batch = wire::batch(request, &self.app.compute)?;
            let ids = batch.series.iter().map(Into::into).collect();
            let (compiled, chunk_bytes_max) = (Arc::clone(&batch.compiled), self.app.limits().chunk_bytes_max);
            let parts = Parts { ids, compiled, form, chunk_bytes_max, call: call.clone() };
            let answers = self.app.compute.batch(batch, &call.context)?;
            Ok(answers.flat_map(move |(index, answer)| stream::iter(parts.of(index, answer)).map(Ok)))
        };
        let answers = answers();
        call.replies(answers)
    }

    async fn correlate(&self, request: Request<CorrelateRequest>) -> Reply<CorrelateResponse> {
        let (call, request) = Call::open(request);
        let answer = async {
            let question = wire::correlate(request, &self.app.compute)?;
            Ok(self.app.compute.correlate(question, &call.context).await?.into())
        };
        call.reply(answer.await)
    }

    async fn downsample(&self, request: Request<DownsampleRequest>) -> Reply<DownsampleResponse> {
        let (call, request) = Call::open(request);
        let answer = async {
            let wire::DownsampleAsked { question, buckets_max, bar_columns } =
                wire::downsample(request, &self.app.compute, self.app.limits())?;
            let compiled = Arc::clone(&question.compiled);
            let answer = self.app.compute.downsample(question, buckets_max, bar_columns, &call.context).await?;
            Ok(wire::downsampled(answer, &compiled, bar_columns > 0))
        };
        call.reply(answer.await)
    }

    async fn sweep(&self, request: Request<SweepRequest>) -> Reply<Self::SweepStream> {
        let (call, request) = Call::open(request);
        let parts = async {
            let question = wire::sweep(request, self.app.limits())?;
            let (parts, mut swept) = (self.app.compute.sweep(question, &call.context).await?, wire::Swept::new());
            Ok(parts.map(move |part| Ok(swept.part(part?))))
        };
        let parts = parts.await;
        call.replies(parts)
    }

    async fn screen(&self, request: Request<ScreenRequest>) -> Reply<Self::ScreenStream> {
        let (call, request) = Call::open(request);
        let parts = || {
            let question = wire::screen(request, &self.app.compute, self.app.limits())?;
            let (query, own) = (question.query.clone(), call.clone());
            let parts = self.app.compute.screen(question, &call.context)?;
            Ok(parts.map(move |part| Ok(wire::screened(part?, &query, &own))))
        };
        let parts = parts();
        call.replies(parts)
    }

    async fn watch(&self, request: Request<WatchRequest>) -> Reply<Self::WatchStream> {
        let (call, request) = Call::open(request);
        let events = || {
            let question = wire::watch(request, &self.app.compute)?;
            let mut writer = WatchWriter::new(&question, self.app.limits().chunk_bytes_max, &call);
            let events = self.app.watches.watch(question, &call.context)?;
            Ok(events.flat_map(move |event| {
                let responses = event.map(|event| writer.responses(event));
                stream::iter(match responses {
                    Ok(responses) => responses.into_iter().map(Ok).collect(),
                    Err(error) => vec![Err(Error::from(error))],
                })
            }))
        };
        let events = events();
        call.replies(events)
    }
}

/// Splits the results of a batch into responses.
struct Parts {
    ids: Vec<SeriesId>,
    compiled: Arc<CompiledQuery>,
    form: ResponseForm,
    chunk_bytes_max: usize,
    call: Call,
}

impl Parts {
    fn of(&self, index: usize, answer: Result<Answer, app::Error>) -> Vec<ComputeBatchResponse> {
        let outcomes: Vec<_> = match answer {
            Ok(answer) => {
                let chunks = answer.chunks(self.chunk_bytes_max).enumerate();
                let values = |(at, chunk)| wire::formed(chunk, &self.compiled, at == 0, self.form);
                chunks.map(values).map(Outcome::Values).collect()
            }
            Err(error) => vec![Outcome::Failure(self.call.failure(&error.into()))],
        };
        let end = outcomes.len() - 1;
        let response = |(at, outcome)| ComputeBatchResponse {
            index: index as u32,
            series: self.ids.get(index).cloned(),
            outcome: Some(outcome),
            last: at == end,
        };
        outcomes.into_iter().enumerate().map(response).collect()
    }
}

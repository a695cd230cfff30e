//! Server reflection, v1 and v1alpha: the protos of all services and of the details of errors.
//!
//! Written here because the one of tonic-reflection ends the stream at the first name that it does not know. The protocol
//! answers with an `error_response` and goes on: clients ask for many names on one stream.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt;
use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use tonic::{Code, Request, Response, Streaming};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{
    ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse, ServerReflectionRequest,
    ServerReflectionResponse, ServiceResponse,
};
use tonic_reflection::pb::{v1, v1alpha};

use crate::rpc::call::{Replies, Reply};
use crate::rpc::middleware::methods;

/// The files, found by their name and by the full names that they declare.
#[derive(Default)]
struct Descriptors {
    /// Encoded `FileDescriptorProto`s.
    files: Vec<Vec<u8>>,
    by_name: BTreeMap<String, usize>,
    by_symbol: BTreeMap<String, usize>,
    messages: BTreeSet<String>,
    services: BTreeSet<String>,
}

/// Why a request has no answer: the code and the message of its `error_response`.
type Refusal = (Code, String);

impl Descriptors {
    fn new() -> Self {
        let mut all = Self::default();
        for set in methods::SETS {
            let set = FileDescriptorSet::decode(set).expect("descriptors are made by builds");
            set.file.into_iter().map(canonical).for_each(|file| all.add(&file));
        }
        all
    }

    fn add(&mut self, file: &FileDescriptorProto) {
        let index = self.files.len();
        if self.by_name.insert(file.name().to_owned(), index).is_some() {
            unreachable!("each file is in one set: {}", file.name());
        }
        self.files.push(file.encode_to_vec());
        let package = file.package();
        let mut names = Vec::new();
        file.message_type.iter().for_each(|message| self.add_message(package, message, &mut names));
        file.enum_type.iter().for_each(|of| add_enum(package, of, &mut names));
        names.extend(file.extension.iter().map(|field| join(package, field.name())));
        for service in &file.service {
            let name = join(package, service.name());
            names.extend(service.method.iter().map(|method| join(&name, method.name())));
            names.push(name.clone());
            self.services.insert(name);
        }
        self.by_symbol.extend(names.into_iter().map(|name| (name, index)));
    }

    fn add_message(&mut self, scope: &str, message: &DescriptorProto, names: &mut Vec<String>) {
        let name = join(scope, message.name());
        message.nested_type.iter().for_each(|nested| self.add_message(&name, nested, names));
        message.enum_type.iter().for_each(|of| add_enum(&name, of, names));
        names.extend(message.field.iter().chain(&message.extension).map(|field| join(&name, field.name())));
        names.extend(message.oneof_decl.iter().map(|oneof| join(&name, oneof.name())));
        names.push(name.clone());
        self.messages.insert(name);
    }

    fn answer(&self, request: ServerReflectionRequest) -> ServerReflectionResponse {
        let answer = self.find(request.message_request.as_ref()).unwrap_or_else(|(code, error_message)| {
            MessageResponse::ErrorResponse(ErrorResponse { error_code: code.into(), error_message })
        });
        ServerReflectionResponse {
            valid_host: request.host.clone(),
            original_request: Some(request),
            message_response: Some(answer),
        }
    }

    fn find(&self, asked: Option<&MessageRequest>) -> Result<MessageResponse, Refusal> {
        let unknown = |what: &str, name: &str| (Code::NotFound, format!("the server has no {what} {name:?}"));
        match asked {
            Some(MessageRequest::FileByFilename(name)) => {
                self.file(&self.by_name, name).ok_or_else(|| unknown("file", name))
            }
            Some(MessageRequest::FileContainingSymbol(name)) => {
                self.file(&self.by_symbol, name).ok_or_else(|| unknown("symbol", name))
            }
            Some(MessageRequest::FileContainingExtension(extension)) => {
                Err(unknown(&format!("extension {} of", extension.extension_number), &extension.containing_type))
            }
            Some(MessageRequest::AllExtensionNumbersOfType(name)) if self.messages.contains(name) => {
                let none = ExtensionNumberResponse { base_type_name: name.clone(), extension_number: vec![] };
                Ok(MessageResponse::AllExtensionNumbersResponse(none))
            }
            Some(MessageRequest::AllExtensionNumbersOfType(name)) => Err(unknown("message", name)),
            Some(MessageRequest::ListServices(_)) => {
                let service = self.services.iter().map(|name| ServiceResponse { name: name.clone() }).collect();
                Ok(MessageResponse::ListServicesResponse(ListServiceResponse { service }))
            }
            None => Err((Code::InvalidArgument, "message_request must be set".into())),
        }
    }

    fn file(&self, index: &BTreeMap<String, usize>, name: &str) -> Option<MessageResponse> {
        let file = self.files[*index.get(name)?].clone();
        Some(MessageResponse::FileDescriptorResponse(FileDescriptorResponse { file_descriptor_proto: vec![file] }))
    }
}

/// The file under the name by which others import it: tonic-types has those of `google.rpc` without their folder.
fn canonical(mut file: FileDescriptorProto) -> FileDescriptorProto {
    if file.package() == "google.rpc" && !file.name().contains('/') {
        file.name = Some(format!("google/rpc/{}", file.name()));
    }
    file
}

/// Enum values belong to the scope of their enum, as in C.
fn add_enum(scope: &str, of: &EnumDescriptorProto, names: &mut Vec<String>) {
    names.push(join(scope, of.name()));
    names.extend(of.value.iter().map(|value| join(scope, value.name())));
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.into() } else { format!("{scope}.{name}") }
}

/// Serves both versions, which differ only in their package.
#[derive(Clone)]
pub(super) struct Service(Arc<Descriptors>);

impl Service {
    pub(super) fn new() -> Self {
        Self(Arc::new(Descriptors::new()))
    }
}

#[tonic::async_trait]
impl v1::server_reflection_server::ServerReflection for Service {
    type ServerReflectionInfoStream = Replies<ServerReflectionResponse>;

    async fn server_reflection_info(
        &self,
        requests: Request<Streaming<ServerReflectionRequest>>,
    ) -> Reply<Self::ServerReflectionInfoStream> {
        let descriptors = Arc::clone(&self.0);
        let answers = requests.into_inner().map(move |request| Ok(descriptors.answer(request?)));
        Ok(Response::new(Box::pin(answers)))
    }
}

#[tonic::async_trait]
impl v1alpha::server_reflection_server::ServerReflection for Service {
    type ServerReflectionInfoStream = Replies<v1alpha::ServerReflectionResponse>;

    async fn server_reflection_info(
        &self,
        requests: Request<Streaming<v1alpha::ServerReflectionRequest>>,
    ) -> Reply<Self::ServerReflectionInfoStream> {
        let descriptors = Arc::clone(&self.0);
        let answers = requests.into_inner().map(move |request| Ok(recode(&descriptors.answer(recode(&request?)))));
        Ok(Response::new(Box::pin(answers)))
    }
}

/// The same message in the other version.
fn recode<From: Message, To: Message + Default>(message: &From) -> To {
    To::decode(&*message.encode_to_vec()).expect("both versions have the same fields")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_import_and_every_kind_of_name_is_found() {
        let all = Descriptors::new();
        for file in &all.files {
            let file = FileDescriptorProto::decode(&**file).expect("encoded above");
            for import in &file.dependency {
                assert!(all.by_name.contains_key(import), "{} imports {import}", file.name());
            }
        }
        for symbol in [
            "atrad.v1.Bars",
            "atrad.v1.Bars.close",
            "atrad.v1.ComputeRequest.source",
            "atrad.v1.OnConflict",
            "atrad.v1.ON_CONFLICT_ERROR",
            "atrad.v1.IndicatorService.Compute",
            "grpc.health.v1.HealthCheckResponse.SERVING",
            "google.rpc.BadRequest.FieldViolation",
            "google.protobuf.Any",
        ] {
            assert!(all.by_symbol.contains_key(symbol), "{symbol}");
        }
        assert!(!all.by_symbol.contains_key("atrad.v1") && !all.by_symbol.contains_key("Bars"));
    }
}

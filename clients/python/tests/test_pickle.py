"""What goes between processes: clients, answers, expressions and errors, as in multiprocessing."""

import copy
import multiprocessing
import pickle

import grpc
import numpy as np
import pytest

import atrad
from atrad import errors


def sent(value):
    return pickle.loads(pickle.dumps(value))


def computed(client, expression):
    return client.compute("BTCUSDT", "15m", expression, last=50)


def test_work_is_done_by_other_processes(client):
    expressions = [atrad.rsi(14), atrad.macd(), atrad.close > atrad.sma(20)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        answers = pool.starmap(computed, [(client, each) for each in expressions])
        with pytest.raises(atrad.InvalidError) as caught:
            pool.apply(computed, (client, "rsi(0)"))
    assert list(caught.value.fields) == ["expressions[0]"] and caught.value.request_id
    for expression, answer in zip(expressions, answers):
        expected = computed(client, expression)
        assert list(answer) == list(expected) and answer.expressions == expected.expressions
        for label in answer:
            np.testing.assert_array_equal(answer[label], expected[label])


@pytest.mark.parametrize("way", [sent, copy.copy, copy.deepcopy])
def test_expressions_are_copied(way):
    for made in (atrad.rsi(14), atrad.macd(12, 26, 9), atrad.close > 1, atrad.rsi(14).alias("x")):
        assert str(way(made)) == str(made) and type(way(made)) is type(made)
    assert str(way(atrad.macd()).hist) == "macd().hist"


@pytest.mark.parametrize("way", [sent, copy.copy])
def test_errors_keep_what_they_say(way):
    error = errors.of_code(grpc.StatusCode.RESOURCE_EXHAUSTED, "full")
    error.limit, error.retry_after, error.fields["a"] = "queue", 1.5, "b"
    again = way(error)
    assert type(again) is atrad.ExhaustedError and str(again) == str(error) == "RESOURCE_EXHAUSTED: full"
    assert (again.code, again.limit, again.retry_after, again.fields) == (error.code, "queue", 1.5, {"a": "b"})
    assert type(way(atrad.DeniedError("no"))) is atrad.DeniedError


def test_a_client_with_certificates_stays():
    with pytest.raises(TypeError):
        pickle.dumps(atrad.connect("localhost:1", tls=True))

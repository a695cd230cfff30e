"""A connection to the demo server whose address is in ATRAD_ADDRESS."""

import os

import pytest

import atrad


@pytest.fixture(scope="session")
def client():
    with atrad.Client(os.environ["ATRAD_ADDRESS"]) as connection:
        yield connection

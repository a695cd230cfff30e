"""A client of atrad, the compute server for technical indicators."""

from atrad.client import Answer, Client, Error, Receipt

__all__ = ["Answer", "Client", "Error", "Receipt"]

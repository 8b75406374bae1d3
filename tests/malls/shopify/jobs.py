"""Asynchronous records: cancel jobs and product operations (sections 5, 9, 11)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import aftersale
from .fulfil import Refusal
from .model import Order, Product
from .product_set import product_set
from .store import Store


def uuid_of(store: Store, salt: str) -> str:
    """A deterministic UUID."""
    text = hashlib.sha256(f"{salt}:{store.next_id('uuid')}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"


@dataclass
class CancelJob:
    """``OrderCancelJobResult`` (new in 2026-10) and its ``Job``."""

    uuid: str
    order: Order
    values: dict[str, Any]
    started: datetime
    polls_left: int
    status: str = "STARTED"
    errors: list[dict[str, Any]] = field(default_factory=list)
    typename: str = "OrderCancelJobResult"

    @property
    def gid(self) -> str:
        """Id of the result."""
        return f"gid://shopify/OrderCancelJobResult/{self.uuid}"

    @property
    def id(self) -> str:
        """The GraphQL field ``id``."""
        return self.gid

    @property
    def done(self) -> bool:
        """True when it succeeded or failed."""
        return self.status != "STARTED"

    def poll(self, store: Store) -> None:
        """Runs when it was looked at often enough and the delay is over."""
        if self.done:
            return
        waited = (store.now() - self.started).total_seconds()
        if self.polls_left > 0 or waited < store.settings.cancel_delay_seconds:
            self.polls_left -= 1
            return
        self.run(store)

    def run(self, store: Store) -> None:
        """Cancel now; the state of the order is checked again."""
        self.order.cancel_job = False
        try:
            aftersale.check_cancel(self.order)
            aftersale.cancel(store, self.order, **self.values)
            self.status = "SUCCEEDED"
        except Refusal as exc:
            self.status = "FAILED"
            self.errors = [
                {"field": exc.field, "message": exc.message, "code": exc.code or "INVALID"}
            ]


def start_cancel(store: Store, order: Order, values: dict[str, Any]) -> CancelJob:
    """Queue a cancellation."""
    job = CancelJob(
        uuid_of(store, "cancel"), order, values, store.now(), store.settings.cancel_polls
    )
    order.cancel_job = True
    store.jobs[job.gid] = job
    store.jobs[f"gid://shopify/Job/{job.uuid}"] = job
    return job


def due_cancels(store: Store) -> None:
    """Jobs finish by themselves a few seconds later, polled or not."""
    for job in list(store.jobs.values()):
        if isinstance(job, CancelJob) and not job.done:
            if (
                store.now() - job.started
            ).total_seconds() >= store.settings.cancel_delay_seconds + 10:
                job.run(store)


@dataclass
class ProductOperation:
    """``ProductSetOperation``: CREATED, ACTIVE, COMPLETE."""

    number: int
    identifier: dict[str, Any] | None
    value: dict[str, Any]
    polls_left: int
    status: str = "CREATED"
    product: Product | None = None
    user_errors: list[dict[str, Any]] = field(default_factory=list)
    typename: str = "ProductSetOperation"

    @property
    def id(self) -> str:
        """Global id."""
        return f"gid://shopify/ProductSetOperation/{self.number}"

    def poll(self, store: Store) -> None:
        """One look later it is ACTIVE, then COMPLETE."""
        if self.status == "COMPLETE":
            return
        if self.polls_left > 0:
            self.polls_left -= 1
            self.status = "ACTIVE"
            return
        self.status = "COMPLETE"
        try:
            self.product = product_set(store, self.identifier, self.value)
        except Refusal as exc:
            self.user_errors = [{"field": exc.field, "message": exc.message, "code": exc.code}]


def start_product_set(
    store: Store, identifier: dict[str, Any] | None, value: dict[str, Any]
) -> ProductOperation:
    """Queue an asynchronous ``productSet``."""
    operation = ProductOperation(
        store.next_id("ProductSetOperation"), identifier, value, store.settings.async_polls
    )
    store.operations[operation.id] = operation
    return operation

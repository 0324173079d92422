"""What a Kubernetes API, a proxy or the network says no with, in our words.

Every foreign error on the way to a cluster becomes one of the project's kinds here and nowhere
else. No text holds a credential: what is quoted is what the API server wrote.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Any

from ogai_lab.core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    OgaiError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from ogai_lab.scheduler.engines.kubernetes.paths import Target, target

_VERBS = {
    "GET": "get",
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_RBAC = re.compile(r'cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)" in API group')
_WEBHOOK = re.compile(r'failed calling (?:webhook|conversion webhook)[^"]*"(?P<name>[^"]+)"')
_CERTIFICATE = {
    9: ("The certificate of {host} is not valid yet.", "Check the clock of this machine."),
    10: (
        "The certificate of {host} has expired.",
        "Ask the cluster's administrator to renew the API server's certificate.",
    ),
    62: (
        "The certificate of {host} is for another name.",
        "Correct the server address, or set tls-server-name, in the kubeconfig.",
    ),
}
_UNTRUSTED = (
    "The certificate of {host} is from an authority that this context does not trust.",
    "Put the cluster's authority into certificate-authority-data of the kubeconfig.",
)


class Gone(Conflict):
    """A watch asked for changes that the API server no longer keeps (410): list anew."""


class AlreadyThere(Conflict):
    """An object of this name exists (409 AlreadyExists)."""


class Throttled(Unavailable):
    """The API server asks to come back later.

    `wait` is in seconds; `untouched` says that nothing of the request was carried out.
    """

    wait: float = 1.0
    untouched: bool = False


class Denied(Forbidden):
    """Not a right is missing: a quota, a policy or a webhook of the cluster says no."""


class WebhookDown(Unavailable):
    """A webhook of the cluster that has to be asked does not answer."""


class Broken(Unavailable):
    """The connection broke off in the middle, or was closed while it was kept."""


def verb(method: str, path: str, query: Mapping[str, Any]) -> str:
    """Return the verb that Kubernetes' access rules have for a request."""
    if method == "GET" and query.get("watch"):
        return "watch"
    named = target(path)
    if method == "GET" and named is not None and named.name is None:
        return "list"
    if method == "DELETE" and named is not None and named.name is None:
        return "deletecollection"
    return _VERBS[method]


def refusal(
    host: str, doing: str, path: str, status: int, body: Mapping[str, Any], wait: float = 1.0
) -> OgaiError:
    """Return the error for a Status that the API server answered.

    Parameters
    ----------
    doing
        The verb, as `verb` gives it.
    body
        The decoded Status object.
    wait
        Seconds after which the server wants to be asked again, where it said so.
    """
    what = target(path)
    said = str(body.get("message") or body.get("reason") or f"status {status}")
    match status:
        case 401:
            return unauthenticated(host)
        case 403:
            return _forbidden(host, doing, what, said)
        case 404:
            return _absent(host, what, path, said)
        case 405:
            return NotFound(f"{host} does not allow {doing} on {what or path}.", cause=said)
        case 409 if body.get("reason") == "AlreadyExists":
            return AlreadyThere(f"{what or path} is already there on {host}.", cause=said)
        case 409:
            return Conflict(
                f"{what or path} was changed by someone else meanwhile.",
                cause=said,
                action="Read it again and try again.",
            )
        case 410:
            return Gone(
                "The API server no longer keeps the changes from there on.",
                cause=said,
                action="List again, and watch from what the list says.",
            )
        case 413:
            return TooLarge(f"This is too large for {host}.", cause=said)
        case 400 | 422:
            return _invalid(what, path, body, said)
        case 429:
            return throttled(host, said, wait)
        case 500 | 503 | 504:
            return _failed(host, said, wait)
    return OgaiError(f"{host} answered {status}.", cause=said)


def unauthenticated(host: str) -> Unauthenticated:
    """Return the error for a credential that the API server does not accept."""
    return Unauthenticated(
        f"{host} does not accept the credential of this context.",
        cause="A token or client certificate that has expired or was withdrawn is answered so.",
        action="Renew it (most often by signing in again: kubectl get pods tells), and try again.",
    )


def throttled(host: str, said: str, wait: float) -> Throttled:
    """Return the error for a server that has too much to do."""
    error = Throttled(
        f"{host} has too many requests to answer now.", cause=said, action="Try again in a moment."
    )
    error.wait, error.untouched = wait, True
    return error


def no_api(host: str, status: int, content_type: str, location: str = "") -> Unavailable:
    """Return the error for an answer that no Kubernetes API gives: a proxy's page."""
    said = f"It answered {status} with {content_type or 'no content type'}"
    said += f" and points to {location.partition('?')[0][:200]}." if location else "."
    return Unavailable(
        f"What answers at {host} is not a Kubernetes API.",
        cause=f"{said} That is most often a proxy or its sign-in page in between.",
        action="Check the server address in the kubeconfig, HTTPS_PROXY and NO_PROXY.",
    )


def no_answer(host: str, exc: Exception) -> OgaiError:
    """Return the error for a connection that failed, from what urllib3 raised."""
    from urllib3 import exceptions as foreign

    if isinstance(exc, foreign.ProxyError):
        return Unavailable(
            f"The proxy on the way to {host} lets nothing through.",
            cause=_words(exc),
            action="Check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY.",
        )
    if isinstance(exc, foreign.SSLError | ssl.SSLError):
        return _insecure(host, exc)
    if isinstance(exc, foreign.NameResolutionError):
        return Unavailable(
            f"The name of {host} is not known.",
            cause=_words(exc),
            action="Check the server address in the kubeconfig, and the network or VPN.",
        )
    if isinstance(exc, foreign.NewConnectionError):
        return Unavailable(
            f"{host} refuses the connection.",
            cause=_words(exc),
            action="Check that the API server runs, and the server address in the kubeconfig.",
        )
    if isinstance(exc, foreign.ConnectTimeoutError):
        return Unavailable(
            f"{host} does not answer: the connection was not made in time.",
            action="Check the network, the VPN and the server address in the kubeconfig.",
        )
    if isinstance(exc, foreign.ReadTimeoutError):
        return Unavailable(
            f"{host} did not answer in time.", action="Try again; the API server may be overloaded."
        )
    if isinstance(exc, FileNotFoundError | PermissionError):
        return Unavailable(
            f"A certificate file for {host} cannot be read.",
            cause=type(exc).__name__,
            action="Check certificate-authority, client-certificate and client-key.",
        )
    return Broken(
        f"The connection to {host} broke off.",
        cause=_words(exc),
        action="Try again; the API server may be starting anew.",
    )


def _forbidden(host: str, doing: str, what: Target | None, said: str) -> Forbidden:
    match = _RBAC.search(said)
    if what is None or match is None:
        return Denied(
            f"{host} refuses {doing} on {what or 'this'}.",
            cause=said,
            action="A quota, policy or admission rule of the cluster says no: see what it names.",
        )
    resource, where = match["resource"], place(what.namespace)
    return Forbidden(
        f"This account may not {match['verb']} {_full(what.group, resource)} {where} on {host}.",
        cause=said,
        action=ask_for(match["verb"], what.group, resource, what.namespace),
    )


def place(namespace: str | None) -> str:
    """Return the words for a namespace, or for the whole cluster."""
    return f"in namespace {namespace!r}" if namespace else "in the whole cluster"


def ask_for(doing: str, group: str, resource: str, namespace: str | None) -> str:
    """Return what to ask an administrator for, as the rule that grants it."""
    kind = "Role" if namespace else "ClusterRole"
    rule = f'apiGroups: ["{group}"], resources: ["{resource}"], verbs: ["{doing}"]'
    return f"Ask an administrator for a {kind} with the rule {{{rule}}} and a binding to it."


def _full(group: str, resource: str) -> str:
    return f"{resource}.{group}" if group else resource


def _absent(host: str, what: Target | None, path: str, said: str) -> NotFound:
    if what is None or "could not find the requested resource" in said:
        return not_served(host, path)
    where = f" {place(what.namespace)}" if what.namespace else ""
    return NotFound(f"There is no {what}{where} on {host}.", cause=said)


def not_served(host: str, path: str) -> NotFound:
    """Return the error for a kind of objects that a cluster does not know."""
    return NotFound(
        f"{host} does not serve {path.partition('?')[0]}.",
        cause="The part of Kubernetes that brings it is not installed, or another version is.",
        action="ogai doctor says which parts and versions the cluster has.",
    )


def _invalid(what: Target | None, path: str, body: Mapping[str, Any], said: str) -> InvalidInput:
    causes = (body.get("details") or {}).get("causes") or [{}]
    at = causes[0].get("field") or None
    more = f" ({len(causes) - 1} more)" if len(causes) > 1 else ""
    message = f"{at}: {causes[0].get('message')}{more}" if at else said
    return InvalidInput(
        f"The cluster does not take this for {what or path}: {message}",
        cause=said if at else "",
        action=f"Correct {at} and try again." if at else "Correct it and try again.",
        field=at,
    )


def _failed(host: str, said: str, wait: float) -> OgaiError:
    if (match := _WEBHOOK.search(said)) is not None:
        return WebhookDown(
            f"The webhook {match['name']} of the cluster behind {host} does not answer.",
            cause=said,
            action="Ask an administrator whether the controller that serves it runs.",
        )
    error = Throttled(
        f"The API server at {host} cannot answer now.",
        cause=said,
        action="Try again in a moment; it may be starting, or its database is not reachable.",
    )
    error.wait = wait
    return error


def _insecure(host: str, exc: Exception) -> Unavailable:
    found: BaseException | None = exc
    while found is not None and not isinstance(found, ssl.SSLError):
        inner = next((arg for arg in found.args if isinstance(arg, BaseException)), None)
        found = inner or found.__cause__ or found.__context__
    if isinstance(found, ssl.SSLCertVerificationError):
        message, action = _CERTIFICATE.get(found.verify_code, _UNTRUSTED)
        return Unavailable(
            message.format(host=host), cause=str(found.verify_message), action=action
        )
    if isinstance(found, ssl.SSLError) and "ALERT" in (found.reason or "").upper():
        return Unavailable(
            f"{host} refuses the client certificate of this context.",
            cause=str(found.reason),
            action="It may have expired; renew it in the kubeconfig.",
        )
    return Unavailable(
        f"No secure connection to {host} can be made.",
        cause=_words(exc),
        action="Check the port: perhaps what answers there does not speak TLS, such as a proxy.",
    )


def _words(exc: BaseException) -> str:
    """Return what an error says, without the object addresses that urllib3 puts in front."""
    text = re.sub(r"<[^>]*object at 0x[0-9a-f]+>:?\s*", "", str(exc))
    return f"{type(exc).__name__}: {text}"[:500]

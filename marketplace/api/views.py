"""What every view of the API is built on: one merchant's scope, a right per method, errors as JSON."""

from contextlib import ExitStack
from hashlib import sha256
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from marketplace.accounts.roles import Permission
from marketplace.api.authentication import Caller, KeyAuthentication
from marketplace.api.operations import Answer, OtherRequest, answered_once
from marketplace.api.throttling import KeyThrottle
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.tenancy.scope import scope

SAFE = ("GET", "HEAD", "OPTIONS")


class Allowed(BasePermission):
    """The key has the right the view names for the method."""

    def has_permission(self, request: Request, view: "MerchantView") -> bool:  # type: ignore[override]
        needed = view.rights.get(request.method or "", None)
        caller = request.user
        return needed is None or (isinstance(caller, Caller) and needed in caller.rights)


class Newest(CursorPagination):
    """Newest first, 50 a page; the cursor stays right while rows are added."""

    page_size = 50
    ordering = "-id"


class MerchantView(APIView):
    """A view of one merchant. Reading happens in one READ ONLY scope; writing calls an operation, which opens its own."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [Allowed]
    throttle_classes = [KeyThrottle]
    rights: ClassVar[dict[str, Permission]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.opened = ExitStack()
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        super().initial(request, *args, **kwargs)
        if request.method in SAFE:
            self.opened.enter_context(scope(self.merchant_id, read_only=True))

    def finalize_response(self, request: HttpRequest, response: Response, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        opened: ExitStack | None = getattr(self, "opened", None)
        if opened is not None:
            opened.close()
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type, return-value]

    @property
    def merchant_id(self) -> int:
        return int(self.request.user.merchant_id)  # type: ignore[union-attr]

    def once(self, work: Any) -> Response:
        """Answer a write; a request with an Idempotency-Key is answered once and the answer repeated."""
        name = self.request.headers.get("Idempotency-Key", "")
        if not name:
            code, body = work()
            return Response(body, status=code)
        if len(name) > 120:
            raise exceptions.ValidationError({"Idempotency-Key": ["At most 120 characters."]})
        code, body = answered_once(merchant_id=self.merchant_id, key=name, request_digest=self._digest(), work=_answering(work))
        return Response(body, status=code)

    def _digest(self) -> str:
        request = self.request._request
        return sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).hexdigest()


def _answering(work: Any) -> Any:
    """The refusal of a request is an answer too, and repeated like one."""

    def answer() -> Answer:
        try:
            return work()  # type: ignore[no-any-return]
        except (UserError, exceptions.APIException) as error:
            refused = on_error(error, {})
            if refused is None or refused.status_code >= 500 or refused.status_code == status.HTTP_409_CONFLICT:
                raise
            return refused.status_code, refused.data

    return answer


def on_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Our own errors as the API says them; the rest is DRF's."""
    if isinstance(error, NotFound):
        error = exceptions.NotFound()
    elif isinstance(error, NotAllowed):
        error = exceptions.PermissionDenied(str(error))
    elif isinstance(error, UserError):
        code = _code(error)
        return Response({"detail": str(error)}, status=code, headers={"Retry-After": "5"} if code == 409 else {})
    return exception_handler(error, context)


def _code(error: UserError) -> int:
    if isinstance(error, OtherRequest):
        return status.HTTP_422_UNPROCESSABLE_ENTITY
    if error.is_passing:
        return status.HTTP_409_CONFLICT
    return status.HTTP_400_BAD_REQUEST

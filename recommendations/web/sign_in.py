"""Signing in, with a limit to guessing."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

from recommendations.web.limits import address, attempts, forget, refused

WHAT = "sign in"
WINDOW = 300  # seconds
ATTEMPTS = 10  # of one address at one account
ATTEMPTS_OF_ADDRESS = 100  # at whatever accounts; many people may share one address
ATTEMPTS_AT_ACCOUNT = 50  # from wherever


class SignIn(LoginView):
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: str, **kwargs: object) -> HttpResponse:
        # Counted before the password is looked at, so that many at once get no more guesses; and all of them.
        too_many = [attempts(WHAT, who, WINDOW) > limit for who, limit in _counted(request).items()]
        if any(too_many):
            return refused(request, WHAT, WINDOW)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        forget(WHAT, next(iter(_counted(self.request))))
        return super().form_valid(form)


def _counted(request: HttpRequest) -> dict[str, int]:
    """Whose attempts are counted, each with its limit. Success clears the first alone: who has one account could
    else go on guessing at others."""
    account = request.POST.get("username", "").strip().casefold()
    return {
        f"{account}\n{address(request)}": ATTEMPTS,
        f"address {address(request)}": ATTEMPTS_OF_ADDRESS,
        f"account {account}": ATTEMPTS_AT_ACCOUNT,
    }

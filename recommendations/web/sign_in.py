"""Signing in, with a limit to guessing."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

from recommendations.web.limits import address, attempts, forget, refused

WHAT = "sign in"
ATTEMPTS = 10
WINDOW = 300  # seconds


class SignIn(LoginView):
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: str, **kwargs: object) -> HttpResponse:
        # Counted before the password is looked at, so that many at once get no more guesses.
        if attempts(WHAT, _who(request), WINDOW) > ATTEMPTS:
            return refused(request, WHAT, WINDOW)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        forget(WHAT, _who(self.request))
        return super().form_valid(form)


def _who(request: HttpRequest) -> str:
    return f"{request.POST.get('username', '').strip().casefold()}\n{address(request)}"

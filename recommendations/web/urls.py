from django.contrib.auth.views import LogoutView
from django.urls import path

from recommendations.web import views
from recommendations.web.pages import personal
from recommendations.web.sign_in import SignIn

app_name = "web"
urlpatterns = [
    path("", views.ask_page, name="ask"),
    path("sign-in/", personal(SignIn.as_view()), name="sign-in"),
    path("sign-out/", personal(LogoutView.as_view()), name="sign-out"),
    path("questions/", views.questions, name="questions"),
    path("questions/<uuid:pk>/", views.answer, name="answer"),
    path("questions/<uuid:pk>/ratings/", views.rate, name="rate"),
]

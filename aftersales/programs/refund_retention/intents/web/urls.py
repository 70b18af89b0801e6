"""URLs of labelling and training."""

from django.urls import path

from aftersales.programs.refund_retention.intents.web import labelling

app_name = "intents"
urlpatterns = [
    path("", labelling.home, name="home"),
    path("requests/<int:pk>/", labelling.label, name="label"),
    path("labels/<int:pk>/undo/", labelling.undo, name="undo"),
    path("train/", labelling.start_training, name="train"),
    path("trainings/<int:pk>/", labelling.training_progress, name="progress"),
]

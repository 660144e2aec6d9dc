"""What all tests share: how hard property tests try."""

from hypothesis import HealthCheck, settings

# No deadlines: a slow machine is not a wrong answer. `nox -s property` asks for the thorough profile.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("usual"), max_examples=1000)
settings.load_profile("usual")

from . import ec_channel_onboarding

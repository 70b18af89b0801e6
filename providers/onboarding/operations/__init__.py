"""Every act of onboarding."""

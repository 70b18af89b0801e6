"""What a service provider tells about itself: profile, team, cases, capacity."""

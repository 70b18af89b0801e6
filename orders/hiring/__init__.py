"""From a need to a contract: briefs, matching, invitations, proposals, leads."""

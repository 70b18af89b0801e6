"""People, organizations (the tenant), memberships, and how people come to them: signing up, or being invited."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.roles import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.email


class Organization(models.Model):
    """A tenant: a merchant, a service provider, or the market itself (one row, which nobody is a member of: its books)."""

    class Kind(models.TextChoices):
        MERCHANT = "merchant", _("Merchant")
        PROVIDER = "provider", _("Service provider")
        MARKET = "market", _("The market")

    tenant_owner: ClassVar[str] = "id"
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    #: Members without a second step at sign-in get no further than setting one up.
    requires_mfa = models.BooleanField(_("two-step sign-in required"), db_default=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            # The slug is unique, so there is one market; no sign-up's slug begins like this.
            models.CheckConstraint(condition=~models.Q(kind="market") | models.Q(slug="_market"), name="one_market")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an organization. `may_export` is a right of its own."""

    tenant_owner: ClassVar[str] = "organization_id"
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("organization")
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    may_export = models.BooleanField(_("may export"), default=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.organization_id}: {self.role}"


class SignUp(models.Model):
    """Somebody who signed up. The organization is founded when he has shown that the mailbox is his."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="sign_up", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=12, choices=Organization.Kind.choices[:2])
    organization_name = models.CharField(_("organization"), max_length=120)
    created_at = models.DateTimeField(_("signed up"))
    #: Set once; null while the mailbox is unconfirmed.
    founded_at = models.DateTimeField(_("confirmed"), null=True)

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["merchant", "provider"]), name="sign_up_kind"),
        ]

    def __str__(self) -> str:
        return self.organization_name


class Letter(models.Model):
    """A letter about somebody's own account, from the request that wrote it to the worker that sent it.

    The text is sealed, because its link opens the account, and forgotten once the letter left.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("letter", "Waiting")
        SENDING = "sending", pgettext_lazy("letter", "Being sent")
        SENT = "sent", pgettext_lazy("letter", "Sent")
        FAILED = "failed", pgettext_lazy("letter", "Given up")

    recipient = models.EmailField(_("recipient"), max_length=320)
    sealed = models.BinaryField(null=True)
    #: The same at every attempt, so that a mail server can tell a repetition.
    message_id = models.CharField(_("Message-ID"), max_length=255, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State, db_default=State.WAITING)
    attempts = models.SmallIntegerField(_("attempts"), db_default=0, default=0)
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"))
    taken_at = models.DateTimeField(_("taken"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    #: Kind of the last failure.
    error = models.CharField(_("error"), max_length=80, blank=True, db_default="")

    class Meta:
        verbose_name = _("account letter")
        verbose_name_plural = _("account letters")
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=["waiting", "sending", "sent", "failed"]), name="letter_state"),
            models.CheckConstraint(
                condition=models.Q(state="sent", sealed__isnull=True, sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sealed__isnull=False)),
                name="letter_forgotten_when_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="letters_open", condition=models.Q(state__in=["waiting", "sending"])),
            models.Index(fields=["created_at"], name="letters_by_age"),
        ]

    def __str__(self) -> str:
        return self.recipient


class Invitation(models.Model):
    """A place in an organization, offered to whoever reads one mailbox. The link's token is kept as its hash only."""

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("invitation", "Waiting for an answer")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
        REVOKED = "revoked", pgettext_lazy("invitation", "Withdrawn")

    tenant_owner: ClassVar[str] = "organization_id"
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("organization")
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    may_export = models.BooleanField(_("may export"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    #: What the letter's token is derived from; a new one makes the old link useless.
    nonce = models.CharField(max_length=32, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    #: Language of the letter to somebody whose own we do not know.
    language = models.CharField(_("language"), max_length=10, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("invited"))
    sent_at = models.DateTimeField(_("last sent"))
    expires_at = models.DateTimeField(_("valid until"))
    closed_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"], name="invitation_once", condition=models.Q(state="pending")
            ),
            models.CheckConstraint(condition=models.Q(state__in=["pending", "accepted", "revoked"]), name="invitation_state"),
            models.CheckConstraint(
                condition=models.Q(state="pending", closed_at__isnull=True) | ~models.Q(state="pending"), name="invitation_closed"
            ),
        ]
        indexes = [models.Index(fields=["organization", "-id"], name="invitation_newest")]

    def __str__(self) -> str:
        return f"{self.email}: {self.role}"


class Viewing(models.Model):
    """Staff looking at an organization's console as one of its members: reading only, for a stated reason, for a while."""

    tenant_owner: ClassVar[str] = "organization_id"
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, verbose_name=_("organization")
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("viewed as"))
    staff = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("staff"))
    reason = models.CharField(_("reason"), max_length=300)
    started_at = models.DateTimeField(_("from"))
    expires_at = models.DateTimeField(_("until at the latest"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        constraints = [
            models.CheckConstraint(condition=~models.Q(user=models.F("staff")), name="viewing_somebody_else"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="viewing_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} as {self.user_id}"

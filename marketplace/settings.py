"""All settings, from the environment. Unsafe production values are refused by `marketplace.checks`.

Three roles reach the same database, one alias each:

* ``default``: the application role. Owns nothing, row-level security applies.
* ``system``: BYPASSRLS. Django admin and cross-tenant claims only.
* ``owner``: owns the schema. Migrations only.
"""

import sys
from pathlib import Path

from environs import Env
from kombu import Queue

from marketplace.embedded.layout import Layout, database_settings, load_secret
from marketplace.schedule import BEAT_SCHEDULE

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / "var"))).resolve()
LAYOUT = Layout(STATE_DIR)

ENVIRONMENT = env.str("SHANGBAN_ENV", default="development")
PRODUCTION = ENVIRONMENT == "production"
TESTING = ENVIRONMENT == "test" or "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or ("" if PRODUCTION else load_secret(LAYOUT, "secret_key"))
CONTACT_KEYS = env.list("CONTACT_KEYS", default=[]) or ([] if PRODUCTION else [load_secret(LAYOUT, "contact_key")])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

EMBEDDED = not env.str("DATABASE_URL", default="")
DATABASES = database_settings(LAYOUT, env)
EMBEDDED_BROKER = not env.str("REDIS_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="") or f"unix://{LAYOUT.valkey_socket}?db=0"
DATABASE_ROUTERS = ["marketplace.tenancy.routers.RoleRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "marketplace.staff.apps.StaffConfig",  # django.contrib.admin with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
    "marketplace",
    "marketplace.embedded",
    "marketplace.health",
    "marketplace.accounts",
    "marketplace.tenancy",
    "marketplace.audit",
    "marketplace.ledger",
    "marketplace.outbox",
    "marketplace.api",
    "marketplace.files",
    "marketplace.ui",
    "merchants",
    "providers.catalogue",
    "providers.profiles",
    "providers.onboarding",
    "providers.listings",
    "providers.scorecards",
    "providers.moderation",
    "providers.shortlists",
    "providers.discovery",
    "orders.store",
    "orders.escrow",
    "orders.payments",
    "orders.payouts",
    "orders.invoices",
    "orders.rooms",
    "orders.service",
    "orders.shifts",
    "orders.offers",
    "orders.hiring",
    "orders.outcomes",
    "orders.disputes",
    "orders.reviews",
    "orders.insights",
    "aftersales",
    "aftersales.measurement",
    "aftersales.guards",
    "aftersales.programs.presale_balance",
    "aftersales.programs.refund_retention",
    "aftersales.programs.refund_retention.intents",
    "aftersales.previews",
    "aftersales.buyers",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.accounts.middleware.TenantMiddleware",
]
ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.ui.context.shell",
            ],
            "builtins": ["marketplace.ui.templatetags.ui", "marketplace.ui.templatetags.market"],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end, this one stays
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a session left open must not be able to take the account away
ACCOUNT_FORMS = {
    "login": "marketplace.accounts.web.forms.SignInForm",
    "signup": "marketplace.accounts.web.forms.SignUpForm",
    "reset_password": "marketplace.accounts.web.forms.ForgottenForm",
    "reset_password_from_key": "marketplace.accounts.web.forms.NewPasswordForm",
    "change_password": "marketplace.accounts.web.forms.PasswordForm",
    "add_email": "marketplace.accounts.web.forms.MailboxForm",
    "set_password": "marketplace.accounts.web.forms.FirstPasswordForm",
    "reauthenticate": "marketplace.accounts.web.forms.AgainForm",
}
ACCOUNT_CHANGE_EMAIL = True  # one mailbox per person; the new one counts when it is confirmed
ACCOUNT_RATE_LIMITS = {"join": "20/m/ip"}  # besides allauth's own
PASSWORD_RESET_TIMEOUT = 3600
MFA_ADAPTER = "marketplace.accounts.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Shangban"
MFA_TOTP_TOLERANCE = 1  # half a minute either way: phones' clocks
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # browsers allow keys on this machine without https
MFA_FORMS = {
    "authenticate": "marketplace.accounts.web.mfa_forms.CodeForm",
    "reauthenticate": "marketplace.accounts.web.mfa_forms.CodeAgainForm",
    "activate_totp": "marketplace.accounts.web.mfa_forms.AppForm",
    "add_webauthn": "marketplace.accounts.web.mfa_forms.KeyForm",
    "edit_webauthn": "marketplace.accounts.web.mfa_forms.RenameKeyForm",
}
#: How many proxies of ours stand before the web process; rate limits count by the address beyond them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
ACCOUNT_ADAPTER = "marketplace.accounts.adapter.AccountAdapter"
LOGIN_REDIRECT_URL = "/console/"
LOGIN_URL = "account_login"
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
# The mail server is the operator's; without one, messages are printed (docs/delivery.md).
EMAIL_HOST, EMAIL_PORT = env.str("EMAIL_HOST", default=""), env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_USER", default=""), env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS, EMAIL_USE_SSL = env.bool("EMAIL_USE_TLS", default=False), env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
#: Without a mail server letters land in files under the state directory; in production they are only logged.
_MAIL = "smtp" if EMAIL_HOST else "console" if PRODUCTION else "filebased"
EMAIL_BACKEND = env.str("EMAIL_BACKEND", default=f"django.core.mail.backends.{_MAIL}.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@localhost")
#: Webhooks and SMS services on this machine, for tests; never in production.
OUTBOX_ALLOW_LOOPBACK = TESTING and not PRODUCTION and env.bool("OUTBOX_ALLOW_LOOPBACK", default=False)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
#: The clock staff work by: the admin shows it, working days are counted in it.
MARKET_TIME_ZONE = env.str("MARKET_TIME_ZONE", default="Asia/Shanghai")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
MEDIA_ROOT = STATE_DIR / "media"
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
#: Largest file people may upload in the browser; the command line has no limit.
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=512 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "shangban"}
}

# Celery is the nudge, PostgreSQL the queue of record: losing or doubling a task must not matter (docs/adr).
CELERY_BROKER_URL = f"redis+socket://{LAYOUT.valkey_socket}?virtual_host=0" if REDIS_URL.startswith("unix://") else REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
    "global_keyprefix": "shangban:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 240, 300
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.5, "interval_max": 0.5}
# Messages have a queue of their own: a long import or run must not keep a message waiting. A worker without -Q serves both.
CELERY_TASK_DEFAULT_QUEUE = "shangban"
CELERY_TASK_QUEUES = [Queue("shangban"), Queue("deliveries")]
CELERY_TASK_ROUTES = {"outbox.*": {"queue": "deliveries"}, "accounts.letters.*": {"queue": "deliveries"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20.0 if PRODUCTION else 5.0
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # kB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(LAYOUT.beat_schedule)
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TIMEZONE = "UTC"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["marketplace.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "marketplace.api.views.on_error",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shangban API",
    "DESCRIPTION": "Orders in, decisions out. Amounts are integers in minor units; times are ISO 8601. See docs/api.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)
#: The market's part of the API needs no key: per network address.
PUBLIC_API_REQUESTS_PER_MINUTE = env.int("PUBLIC_API_REQUESTS_PER_MINUTE", default=120)

#: Where providers pay their deposits in (A4): the operator's account. Shown on their deposit page.
DEPOSIT_BANK = {
    "holder": env.str("DEPOSIT_BANK_HOLDER", default="" if PRODUCTION or TESTING else "商伴演示有限公司"),
    "bank": env.str("DEPOSIT_BANK_NAME", default="" if PRODUCTION or TESTING else "演示银行上海分行"),
    "account": env.str("DEPOSIT_BANK_ACCOUNT", default="" if PRODUCTION or TESTING else "0000 1111 2222 3333"),
}

# Payments in (orders/payments, docs/payments.md). The sandbox moves no money, so production has to name its own gateways.
PAYMENT_GATEWAYS: list[str] = env.list("PAYMENT_GATEWAYS", default=["bank"] if PRODUCTION else ["sandbox", "bank"])
PAYMENT_CURRENCIES: list[str] = env.list("PAYMENT_CURRENCIES", default=["CNY", "USD", "EUR", "GBP", "HKD", "JPY"])
#: Where merchants transfer to; the deposit's account unless it has one of its own.
PAY_IN_BANK = {
    "holder": env.str("PAY_IN_BANK_HOLDER", default="") or DEPOSIT_BANK["holder"],
    "bank": env.str("PAY_IN_BANK_NAME", default="") or DEPOSIT_BANK["bank"],
    "account": env.str("PAY_IN_BANK_ACCOUNT", default="") or DEPOSIT_BANK["account"],
}
#: Secrets of the payment companies; a gateway without its own is not offered. Keys are PEM texts, with \n for the ends of lines.
STRIPE = {
    "secret_key": env.str("STRIPE_SECRET_KEY", default=""),
    "webhook_secrets": env.list("STRIPE_WEBHOOK_SECRETS", default=[]),
}
WECHAT_PAY = {
    "mchid": env.str("WECHAT_MCHID", default=""),
    "appid": env.str("WECHAT_APPID", default=""),
    "serial": env.str("WECHAT_SERIAL", default=""),
    "private_key": env.str("WECHAT_PRIVATE_KEY", default=""),
    "api_v3_key": env.str("WECHAT_API_V3_KEY", default=""),
    "platform_serial": env.str("WECHAT_PLATFORM_SERIAL", default=""),
    "platform_key": env.str("WECHAT_PLATFORM_KEY", default=""),
}
ALIPAY = {
    "app_id": env.str("ALIPAY_APP_ID", default=""),
    "seller_id": env.str("ALIPAY_SELLER_ID", default=""),
    "private_key": env.str("ALIPAY_PRIVATE_KEY", default=""),
    "alipay_key": env.str("ALIPAY_PUBLIC_KEY", default=""),
}
#: What the sandbox company of payments in gets wrong, e.g. "lost=0.1,twice=0.2" (orders/payments/gateways/sandbox).
PAYMENT_SANDBOX_FAULTS = env.str("PAYMENT_SANDBOX_FAULTS", default="")

# What the sandbox payment gateway gets wrong, e.g. "timeout=0.1,refuse=0.05" (see aftersales/payouts/sandbox.py).
SANDBOX_FAULTS = env.str("SANDBOX_FAULTS", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}

"""Settings, all from the environment. Unsafe or missing values stop the start with one sentence.

The README documents each variable. ``DEMO=1`` (set by ``make demo``) is the only switch that
loosens anything: a demo password, a mailbox page, plain HTTP on loopback.
"""

import hashlib
import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from mci_portal import embedded
from mci_portal.common.files import storage_of
from mci_portal.environment import refuse_unsafe

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
env = environ.Env()

DEMO = env.bool("DEMO", default=False)
TESTING = env.bool("TESTING", default=False)
# Hardened unless someone says demo or test: production needs no flag to be safe.
HARDENED = not (DEMO or TESTING)
DEBUG = False
if HARDENED:
    refuse_unsafe(os.environ)


def _required(name: str, demo_value: str) -> str:
    value = env.str(name, default="")
    if value:
        return value
    if HARDENED:
        raise ImproperlyConfigured(f"{name} is not set. The portal does not start without it; see README.md.")
    return demo_value


SECRET_KEY = _required("SECRET_KEY", "demo-only-" + hashlib.sha256(str(BASE_DIR).encode()).hexdigest())
if HARDENED and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters. Choose a longer, random one.")
BASE_URL = _required("BASE_URL", f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")
if HARDENED and not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured("BASE_URL must start with https:// because every link in mail is built from it.")
_hosts = _required("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
ALLOWED_HOSTS = [host.strip() for host in _hosts if host.strip()]
PRODUCT_NAME = env.str("PRODUCT_NAME", default="Partner Portal")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials",
    "mci_portal.common",
    "mci_portal.outbox",
    "mci_portal.accounts",
    "engagements",
    "eligibility",
    "customers",
    "claims",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mci_portal.common.hygiene.RequestHygieneMiddleware",
    "mci_portal.common.once.once_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "mci_portal.accounts.signed_in.SignedInMiddleware",
    "mci_portal.accounts.idle.IdleMiddleware",
    "mci_portal.accounts.access.AccessMiddleware",
    "mci_portal.accounts.audit.AuditMiddleware",
    "mci_portal.accounts.locale.UserLocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mci_portal.common.errors.ConflictMiddleware",
]

ROOT_URLCONF = "mci_portal.urls"
WSGI_APPLICATION = "mci_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mci_portal.accounts.shell.shell",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "mci_portal.common.templatetags.ui",
                "mci_portal.common.templatetags.kept",  # behind those whose tags it draws once
            ],
        },
    }
]
FORM_RENDERER = "mci_portal.common.forms.PortalFormRenderer"

DATABASE_URL = env.str("DATABASE_URL", default="")
EMBEDDED = not DATABASE_URL
if EMBEDDED:
    if HARDENED and not env.bool("EMBEDDED_DATABASE", default=False):
        raise ImproperlyConfigured("DATABASE_URL is not set. Name a PostgreSQL server of version 15 or later.")
    DATABASE_URL = embedded.database_url(VAR_DIR / "pg")
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://...).")
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
)
if EMBEDDED:  # the same PostgreSQL backend; it starts the server before the first connection
    DATABASES["default"].update(ENGINE="mci_portal.embedded", EMBEDDED_FOLDER=VAR_DIR / "pg", PORT="5432")
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options",
    f"-c timezone=UTC -c jit=off -c statement_timeout={env.str('STATEMENT_TIMEOUT', default='30s')} -c lock_timeout=3s"
    " -c idle_in_transaction_session_timeout=30s",
)
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 4)  # seconds; then the answer is 503
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if HARDENED and not REDIS_URL:
    raise ImproperlyConfigured("REDIS_URL is not set. Production runs Celery on Redis; see README.md.")
CACHES = {
    "default": (
        {
            "BACKEND": "mci_portal.common.caching.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
            "KEY_PREFIX": "portal",
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
SESSION_ENGINE = "mci_portal.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HARDENED:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sid", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # a load balancer asks in plain HTTP
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
# How many proxies of our own stand in front: whose word about the visitor's address counts.
TRUSTED_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if HARDENED else 0)
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "mci_portal.common.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = ["mci_portal.common.uploads.CappedUploadHandler"]
# Every other name may come once; a second value would be a question of who reads first (A08).
MULTI_VALUED_PARAMETERS = {
    "owner",
    "due",
    "updated",
    "clock",
    "workloads",
    "engagement",
    "role",
    "type",
    "earning_type",
    "payment_month",
    "lever",
    "adjusted",
    "status",
    "location",
    "locations",
    "ids",
    "reasons",
    "issues",
    "documents",
    "columns",
    "workspace",
    "keys",
    "mail",
    "roles",
    "groups",  # these three: Django's own admin pages
    "user_permissions",
    "_selected_action",
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique by its lower case, which the check does not see
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "mci_portal.accounts.password_rules.ContextWordsValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
ACCOUNT_ADAPTER = "mci_portal.accounts.adapter.PortalAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# 11.11: a whole company may sit behind one address; who guesses at one account is slowed down much sooner.
ACCOUNT_RATE_LIMITS = {"login": "100/m/ip", "login_failed": "30/m/ip,5/5m/key"}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands"), ("sv", "Svenska")]  # each as its own speakers call it
LANGUAGE_COOKIE_NAME = "__Host-language" if HARDENED else "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = HARDENED, True, "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = not HARDENED
STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if HARDENED
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": storage_of(env.str("STORAGE_URL", default=str(VAR_DIR / "files"))),
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}

# Mail. The outbox opens these settings itself; nothing else in the portal sends mail.
if HARDENED:
    _required("EMAIL_URL", "")
EMAIL_URL = env.str("EMAIL_URL", default="")
_email = env.email_url_config(EMAIL_URL or "consolemail://")
EMAIL_BACKEND = _email["EMAIL_BACKEND"] if EMAIL_URL else "mci_portal.outbox.backends.KeptInPortalBackend"
EMAIL_HOST, EMAIL_PORT = _email.get("EMAIL_HOST") or "localhost", _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_USER") or "", _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = bool(_email.get("EMAIL_USE_TLS")), bool(_email.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=60)
DEFAULT_FROM_EMAIL = _required("DEFAULT_FROM_EMAIL", "Partner Portal <no-reply@portal.example>")

CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 300, 240
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 900, "global_keyprefix": "portal:", "socket_timeout": 2, "socket_connect_timeout": 1}
    if REDIS_URL
    else {"polling_interval": 0.1}
)
# Every job reads the tables, may run twice or late, and needs nothing from the broker but a wake-up.
CELERY_BEAT_SCHEDULE = {
    "deliver-outbox": {"task": "mci_portal.outbox.tasks.deliver_outbox", "schedule": 2 if DEMO else 10},
    "queue-digests": {"task": "mci_portal.outbox.tasks.queue_digests", "schedule": 60 if DEMO else 5 * 60},
    "enforce-deadlines": {"task": "claims.tasks.enforce_deadlines", "schedule": 60},
    "send-reminders": {"task": "claims.tasks.send_reminders", "schedule": 15 * 60},
    "prepare-exports": {"task": "claims.tasks.prepare_exports", "schedule": 2 if DEMO else 10},
    "refresh-eligibility": {"task": "eligibility.tasks.refresh_eligibility", "schedule": 24 * 3600},
    "validate-payees": {"task": "eligibility.tasks.validate_payees", "schedule": 20 if DEMO else 15 * 60},
    "plan-payments": {"task": "claims.tasks.plan_payments", "schedule": 3600},
    "scan-documents": {"task": "claims.tasks.scan_documents", "schedule": 60},
    "forget-contacts": {"task": "claims.tasks.forget_contacts", "schedule": 24 * 3600},
    "tidy-sessions": {"task": "mci_portal.accounts.tasks.tidy_sessions", "schedule": 24 * 3600},
    "tidy-files": {"task": "claims.tasks.tidy_files", "schedule": 3600},
}

# /readyz is not ready when one of these jobs was last heard of longer ago than so many seconds.
HEARTBEAT_MAX_AGE = {"deliver-outbox": 120, "enforce-deadlines": 300}

# The program's own numbers that operators may change; the rules name them.
PARTNER_ACTION_MIN_DAYS = env.int("PARTNER_ACTION_MIN_DAYS", default=10)  # C-09; 0 = the literal text
CONSENT_RESENDS_PER_DAY = env.int("CONSENT_RESENDS_PER_DAY", default=3)  # T04
CPOR_OPT_OUT_ANY_TIME = env.bool("CPOR_OPT_OUT_ANY_TIME", default=False)  # C-22; False = 5 business days (T36)
CPOR_USERS_SUBMIT = env.bool("CPOR_USERS_SUBMIT", default=True)  # C-18; False = Incentives admins only
CONTACT_RETENTION_DAYS = env.int("CONTACT_RETENTION_DAYS", default=5 * 365)  # after a claim has closed
# Business days are those of the region that reviews the claim; the countries whose public holidays are kept there.
REVIEW_CALENDARS = env.dict("REVIEW_CALENDARS", default={"americas": "US", "emea": "IE", "asia": "SG"})
FOUR_EYES_ABOVE = env.int("FOUR_EYES_ABOVE", default=50_000)  # T18: above it two reviewers; 0 = one is always enough
UPLOAD_MAX_BYTES = 25 * 1024 * 1024
UPLOAD_MAX_FILES_PER_CLAIM = 20
UPLOADS_PER_HOUR = 60  # of one person, over all claims (11.11)
UPLOAD_MAX_BYTES_PER_CLAIM = 200 * 1024 * 1024
SCANNER_URL = env.str("SCANNER_URL", default="")  # clamd://host:3310; "" = no virus scanner
SCANNER_TIMEOUT = env.int("SCANNER_TIMEOUT", default=20)  # seconds for one step of the conversation
TENANT_RESOLVER = env.str("TENANT_RESOLVER", default="customers.resolution.local.LocalDirectory")
OPPORTUNITY_DIRECTORY = env.str(
    "OPPORTUNITY_DIRECTORY", default="customers.resolution.opportunities.LocalOpportunities"
)
ENTRA_BASE_URL = env.str("ENTRA_BASE_URL", default="https://login.microsoftonline.com")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "mci_portal.common.logs.SecretFreeFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    # Django gives this one a handler of its own, which would print the addresses of mailed links.
    "loggers": {"django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}

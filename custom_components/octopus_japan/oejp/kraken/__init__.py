"""Client of the Kraken API of Octopus Energy Japan. Knows nothing of Home Assistant."""

from .auth.credential import (
    ApiKey,
    Credential,
    EmailPassword,
    Granted,
    NoCredential,
    OAuthGrant,
    PreSignedKey,
    RefreshToken,
)
from .auth.tokens import SignIn
from .by_point import ByPoint
from .client import KrakenClient
from .errors import (
    AuthFailure,
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenSignInEndedError,
    KrakenSignInError,
    KrakenThrottledError,
    KrakenTooComplexError,
    KrakenUnlistedError,
    concerns_login,
)
from .models import Direction
from .reading_paths import (
    AccountAnswers,
    PathChoice,
    PathFinder,
    Question,
    ReadingPath,
    listed_since,
    speaks_against,
    windows,
)
from .readings import LONGEST_WINDOW, HalfHourReadings
from .transport import TIMEOUT

"""What the account clock asks of campaigns: those open for registration, and those joined. Either may be refused alone."""

import asyncio
from functools import partial

from ..oejp.household.campaigns import CampaignsData
from ..oejp.kraken import KrakenClient
from .asking import Asking, Topic


async def async_ask_campaigns(
    asking: Asking, client: KrakenClient, account: str, known: CampaignsData
) -> CampaignsData:
    """Ask what is due. Many accounts have no campaigns, so that a refusal is not logged as a warning."""
    campaigns = client.campaigns
    open_, joined = await asyncio.gather(
        asking.ask(
            Topic("the campaigns to register for", account, quiet=True),
            partial(campaigns.open, account),
            known.open,
            None,
        ),
        asking.ask(
            Topic("the campaigns joined", account, quiet=True),
            partial(campaigns.joined, account),
            known.joined,
            None,
        ),
    )
    return CampaignsData(open=open_, joined=joined)

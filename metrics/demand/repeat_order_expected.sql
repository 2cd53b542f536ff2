select purchase.*, prior.p25, prior.p50, prior.p75
from {purchase} as purchase
left join {prior} as prior on prior.segment = coalesce(purchase.segment, '')

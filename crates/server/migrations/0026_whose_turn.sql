-- A letter that waits in a sender's hands for its turn has not been handed over; of those in hand now that cannot be told any more.
update delivery set handed_at = lease_until - 120000 where state = 'sending' and handed_at is null;

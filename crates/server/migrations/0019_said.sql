-- What went to a person by a way on a day, without all that was merged into it or held: counted each time something is to leave.
create index delivery_said on delivery (person_id, channel, created_at)
    where state in ('sending', 'sent', 'delivered', 'acknowledged') and not critical;

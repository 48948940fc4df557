-- What a message asked for was seen to: it leaves the house no more, in whatever state its deliveries are. Of what an occasion of a
-- reminder says this is known of the occasion.
alter table message add column over_at bigint;
-- One that was written because another way could not bring it.
alter table delivery add column in_place_of uuid references delivery (id);

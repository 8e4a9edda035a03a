import type { Profile, ProfileEvent } from '@subtotal-connectors/core'
import type { EventOverrides } from './event-defaults.ts'
import { eventDefaults } from './event-defaults.ts'

/** What {@link makeProfileEvent} lets a test say; `customer`, `connection` and `profile` may be given in part. */
export interface ProfileEventOverrides extends EventOverrides {
  readonly profile?: Partial<Profile>
}

const ids: Readonly<Record<ProfileEvent['type'], string>> = {
  'profile.created': '01KFGB50PR0F00000000000001',
  'profile.updated': '01KFGB50PR0F00000000000002',
}

const profile: Omit<Profile, 'connection_id'> = {
  first_name: 'Robin',
  last_name: 'Ashdown',
  email: 'r.ashdown@retailer-mail.example',
  mobile: '+12025550187',
  postal_code: '00501',
  account_created_date: '2024-03-12T00:00:00Z',
  total_purchases: 42,
  last_purchase_date: '2026-01-15T14:30:00Z',
  brand_purchases: 7,
  last_brand_purchase_date: '2026-01-14T09:45:00Z',
  brand_purchase_rate: 0.17,
}

/**
 * A profile of an invented customer's account at Walmart, all twelve fields set. Its email and mobile differ from the customer's,
 * so that a test sees when one is taken for the other. `profile.connection_id` follows `connection.id` unless given.
 */
export function makeProfileEvent(type: ProfileEvent['type'], overrides: ProfileEventOverrides = {}): ProfileEvent {
  const { profile: profileOverrides, ...rest } = overrides
  const base = eventDefaults(ids[type], rest)
  return { ...base, type, profile: { connection_id: base.connection.id, ...profile, ...profileOverrides } }
}

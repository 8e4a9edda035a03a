import type { BrazeObjectRule } from './mock-braze-rule.ts'
import { brazePages } from './mock-braze-rule.ts'
import { isObject, isText } from './mock-braze-values.ts'

const subscriptionStates: readonly unknown[] = ['opted_in', 'subscribed', 'unsubscribed']
const groupStates: readonly unknown[] = ['subscribed', 'unsubscribed']

/** Rules about the objects in `attributes`. The `type` values are those of the error table of the page. */
export const brazeAttributeRules: readonly BrazeObjectRule[] = [
  {
    name: 'email_subscribe is a subscription state',
    source: brazePages.track,
    arrays: ['attributes'],
    problem: ({ email_subscribe: state }) =>
      state === undefined || subscriptionStates.includes(state) ? undefined : 'BAD_EMAIL_SUBSCRIPTION_STATE',
  },
  {
    name: 'push_subscribe is a subscription state',
    source: brazePages.track,
    arrays: ['attributes'],
    problem: ({ push_subscribe: state }) =>
      state === undefined || subscriptionStates.includes(state) ? undefined : 'BAD_PUSH_SUBSCRIPTION_STATE',
  },
  {
    name: 'current_location has a longitude and a latitude',
    source: brazePages.track,
    arrays: ['attributes'],
    problem: ({ current_location: place }) =>
      place === undefined || place === null || isPlace(place) ? undefined : 'BAD_LOCATION_UPDATE',
  },
  {
    name: 'subscription_groups is an array',
    source: brazePages.track,
    arrays: ['attributes'],
    problem: ({ subscription_groups: groups }) =>
      groups === undefined || Array.isArray(groups) ? undefined : 'BAD_SUBSCRIPTION_GROUP_ARRAY',
  },
  {
    name: 'a subscription group is an object',
    source: brazePages.track,
    arrays: ['attributes'],
    problem: ({ subscription_groups: groups }) => (groupsOf(groups).every(isObject) ? undefined : 'BAD_SUBSCRIPTION_GROUP_HASH'),
  },
  {
    name: 'a subscription group has an id',
    source: brazePages.track,
    arrays: ['attributes'],
    problem: ({ subscription_groups: groups }) =>
      groupsOf(groups)
        .filter(isObject)
        .every((group) => isText(group['subscription_group_id']))
        ? undefined
        : 'BAD_SUBSCRIPTION_GROUP_ID',
  },
  {
    name: 'a subscription group is subscribed or unsubscribed',
    source: brazePages.track,
    arrays: ['attributes'],
    problem: ({ subscription_groups: groups }) =>
      groupsOf(groups)
        .filter(isObject)
        .every((group) => groupStates.includes(group['subscription_state']))
        ? undefined
        : 'BAD_SUBSCRIPTION_GROUP_STATE',
  },
]

function groupsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isPlace(value: unknown): boolean {
  return isObject(value) && isDegrees(value['longitude'], 180) && isDegrees(value['latitude'], 90)
}

function isDegrees(value: unknown, most: number): boolean {
  return typeof value === 'number' && Math.abs(value) <= most
}

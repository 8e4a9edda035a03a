import type { BrazeAnswer } from './braze-answer.ts'
import type { BrazeObject } from './braze-objects.ts'
import { arrayOf } from './braze-objects.ts'

/**
 * Whether Braze's counts cover the objects that it did not name as bad. A count it does not give says nothing. Events count one
 * by one; attributes may be counted by person. With `updateExistingOnly` the counts prove nothing: what is sent for people whom
 * Braze does not know is dropped, as asked.
 * Source: https://www.braze.com/docs/api/endpoints/user_data/post_user_track.
 */
export function isAccounted(
  processed: BrazeAnswer['processed'],
  unnamed: readonly BrazeObject[],
  updateExistingOnly: boolean,
): boolean {
  if (updateExistingOnly) return true
  const events = unnamed.filter((object) => arrayOf(object) === 'events')
  const people = new Set(unnamed.filter((object) => arrayOf(object) === 'attributes').map(personOf))
  return (processed.events ?? events.length) >= events.length && (processed.attributes ?? people.size) >= people.size
}

function personOf(object: BrazeObject): string {
  const { external_id, email, phone }: Readonly<Record<string, unknown>> = object
  return JSON.stringify(external_id !== undefined ? { external_id } : email !== undefined ? { email } : { phone })
}

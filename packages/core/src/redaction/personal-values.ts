import type { SubtotalEvent } from '../event/subtotal-event.ts'

/** Every value of the event's customer and profile, as text. The connection's id says nothing about a person and is left out. */
export function personalValues(event: SubtotalEvent): string[] {
  const values: unknown[] = Object.values(event.customer)
  if (event.type === 'profile.created' || event.type === 'profile.updated') {
    const { connection_id: _, ...profile } = event.profile
    values.push(...Object.values(profile))
  }
  return values.filter((value) => value !== null && value !== undefined && value !== '').map(String)
}

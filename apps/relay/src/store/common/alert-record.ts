import { z } from 'zod'
import type { AlertState, AlertTurn } from '../alert-sharing.ts'

/** What is known of an alert by all relays of a store. */
export interface AlertRecord {
  /** Whether it was told, and its end not yet. */
  readonly isRaised: boolean
  /** When the relays for which it holds last said so, by their names. */
  readonly holders: Readonly<Record<string, number>>
  /** Who is telling it. */
  readonly teller: { readonly relay: string; readonly until: number } | null
}

/** Who says what of an alert, and when. */
export interface AlertSaid {
  readonly relay: string
  readonly state: AlertState
  readonly now: number
}

/** Nobody has noticed it. */
export const noAlert: AlertRecord = { isRaised: false, holders: {}, teller: null }

const heldForMs = 300_000
const turnMs = 60_000

const recordSchema: z.ZodType<AlertRecord> = z.object({
  isRaised: z.boolean(),
  holders: z.record(z.string(), z.number()),
  teller: z.object({ relay: z.string(), until: z.number() }).nullable(),
})

/** A record as it was stored. */
export function parseAlertRecord(text: string): AlertRecord {
  return recordSchema.safeParse(JSON.parse(text)).data ?? noAlert
}

/** Whose turn it is. Pure. */
export function judgeAlert(record: AlertRecord, said: AlertSaid): { readonly record: AlertRecord; readonly turn: AlertTurn } {
  const { relay, state, now } = said
  const heard = Object.entries(record.holders).filter(([, at]) => now - at < heldForMs)
  const others = heard.filter(([name]) => name !== relay)
  const holders = Object.fromEntries(state === 'raised' ? [...others, [relay, now]] : others)
  const teller = record.teller !== null && record.teller.relay !== relay && record.teller.until > now ? record.teller : null
  // Those that told it are gone, and nobody can tell its end: it begins anew.
  const isRaised = record.isRaised && (state === 'over' || heard.length > 0)
  const known = { isRaised, holders, teller }
  if (isRaised === (state === 'raised')) return { record: known, turn: 'told' }
  if (teller !== null || (state === 'over' && others.length > 0)) return { record: known, turn: 'wait' }
  return { record: { ...known, teller: { relay, until: now + turnMs } }, turn: 'post' }
}

/** The record after a turn. What another relay took over meanwhile is left to it. Pure. */
export function endTurn(record: AlertRecord, { relay, state }: Omit<AlertSaid, 'now'>, isTold: boolean): AlertRecord {
  if (record.teller?.relay !== relay) return record
  return { ...record, isRaised: isTold ? state === 'raised' : record.isRaised, teller: null }
}

/** Moments at which a relay under test can be made to kill itself. */
export const faultPoints = [
  'mid-body',
  'after verify',
  'before commit',
  'inside commit',
  'commit on its way',
  'after commit before answer',
  'after claim',
  'after send before settle',
  'inside settle',
  'inside dead-lettering',
  'inside replay insert',
  'inside retention',
  'inside migration',
  'while draining',
] as const

/** One of {@link faultPoints}. */
export type FaultPoint = (typeof faultPoints)[number]

/** What the hook in a relay under test does. Given as JSON in the variable `CHAOS_HOOK`. */
export interface HookSettings {
  /** Kill the process when this point is reached for the `hit`th time, 1 the first. */
  readonly dieAt?: { readonly point: FaultPoint; readonly hit: number }
  /** Write what happens to file descriptor 3, a line each. */
  readonly reports?: boolean
  /** Replaces every `PRAGMA synchronous` of the relay. */
  readonly synchronous?: 'OFF'
  /** Leases hold so long instead, and are renewed as much oftener, in milliseconds. */
  readonly leaseMs?: number
  /** The relay is of the next version: a PostgreSQL schema has a column more. */
  readonly isNextVersion?: boolean
  /** The relay's time of day is off by so much, in milliseconds; it can be told to jump. */
  readonly clockOffsetMs?: number
  /** The relay's clock stands still at this time until told to move; milliseconds since 1970. */
  readonly virtualTime?: number
  /** The name `localhost` is looked up as the parent process says. */
  readonly controlsNames?: boolean
}

/** What the parent tells a relay under test. */
export type HookCommand =
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'names'; readonly address: string | null }

/** A command on its way. */
export type SentCommand = HookCommand & { readonly id: number }

/** The answer to a command, when it has been carried out. */
export interface HookAnswer {
  readonly id: number
  /** The relay's time. */
  readonly now: number
}

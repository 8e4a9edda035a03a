import type { Person } from './person.ts'
import type { Random } from './random.ts'

/** A retailer account of a person, as it stands. */
export interface LinkedConnection {
  readonly id: string
  readonly retailer: string
  readonly person: Person
  readonly isSimulated: boolean
  readonly accountCreatedDate: string
  status: 'active' | 'unauthenticated' | 'disconnected'
  hasProfile: boolean
  purchases: number
  brandPurchases: number
  lastPurchaseDate: string | null
  lastBrandPurchaseDate: string | null
}

/** What happens next to a connection. */
export type LifeStep =
  | 'connect'
  | 'reauthenticate'
  | 'unauthenticate'
  | 'disconnect'
  | 'capture_profile'
  | 'update_profile'
  | 'purchase'

/** A step that changes the connection itself. */
export type ChangeStep = Exclude<LifeStep, 'purchase'>

/** Every step once, in an order that can happen: what the first connection goes through. */
export const wholeLife: readonly LifeStep[] = [
  'connect',
  'capture_profile',
  'purchase',
  'unauthenticate',
  'reauthenticate',
  'update_profile',
  'disconnect',
  'connect',
  'purchase',
]

/** A step that can follow the connection's state: purchases and profiles only while it is active. */
export function nextStep(connection: LinkedConnection, random: Random): LifeStep {
  switch (connection.status) {
    case 'disconnected':
      return 'connect'
    case 'unauthenticated':
      return random.chance(0.8) ? 'reauthenticate' : 'disconnect'
    case 'active':
      if (!connection.hasProfile && random.chance(0.5)) return 'capture_profile'
      if (connection.hasProfile && random.chance(0.12)) return 'update_profile'
      if (random.chance(0.08)) return 'unauthenticate'
      return random.chance(0.04) ? 'disconnect' : 'purchase'
  }
}

/** Changes the connection as the step does. */
export function applyStep(connection: LinkedConnection, step: ChangeStep): void {
  switch (step) {
    case 'connect':
    case 'reauthenticate':
      connection.status = 'active'
      break
    case 'unauthenticate':
      connection.status = 'unauthenticated'
      break
    case 'disconnect':
      connection.status = 'disconnected'
      break
    case 'capture_profile':
    case 'update_profile':
      connection.hasProfile = true
      break
  }
}

/** Counts a purchase in the figures of the connection's profile. */
export function countPurchase(connection: LinkedConnection, date: string, isOfBrand: boolean): void {
  connection.purchases += 1
  connection.lastPurchaseDate = latest(connection.lastPurchaseDate, date)
  if (!isOfBrand) return
  connection.brandPurchases += 1
  connection.lastBrandPurchaseDate = latest(connection.lastBrandPurchaseDate, date)
}

function latest(known: string | null, date: string): string {
  return known === null || date > known ? date : known
}

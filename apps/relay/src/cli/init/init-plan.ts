import type { DestinationName, DestinationOptions } from './destination-kinds.ts'

/** A secret as it goes into `.env`: itself, or the file that holds it; `undefined`: it is not known yet. */
export type PlannedSecret = { readonly value: string } | { readonly file: string } | undefined

/** One destination to set up. */
export interface PlannedDestination {
  readonly name: DestinationName
  readonly apiKey: PlannedSecret
  readonly options: DestinationOptions
}

/** Everything that `init` writes down. */
export interface InitPlan {
  readonly destinations: readonly PlannedDestination[]
  readonly subtotal: { readonly apiKey: PlannedSecret; readonly signingSecret: PlannedSecret; readonly baseUrl?: string }
  readonly adminToken: PlannedSecret
  readonly port: string
  readonly store: string
  /** Where Subtotal is to post to, as far as it is known. */
  readonly webhookUrl?: string
  /** Whether `connect` is to make the webhook. */
  readonly isConnecting: boolean
}

import type { JsonOptions } from '../write-json.ts'

/** What `init` can be told. Secrets are never among it: they come from the environment, from files, or are typed in. */
export interface InitOptions extends JsonOptions {
  readonly destination?: readonly string[] | undefined
  readonly brazeInstance?: string | undefined
  readonly customerioRegion?: string | undefined
  readonly identifyBy?: string | undefined
  readonly historical?: string | undefined
  /** Where Subtotal reaches the relay. */
  readonly url?: string | undefined
  /** As `SUBTOTAL_LINK_URL` says it. */
  readonly linkUrl?: string | undefined
  /** Makes the webhook with `connect` at the end. */
  readonly connect?: boolean | undefined
  /** Does not ask the destinations whether the keys are right. */
  readonly check: boolean
  /** Replaces files that are there, and keeps them under another name. */
  readonly force?: boolean
  /** Asks nothing. */
  readonly yes?: boolean
}

/** That a condition holds, or is over. */
export type AlertState = 'raised' | 'over'

/** What a relay has to do to have an alert told: `post` it, `wait` and ask again, or nothing, as it is `told`. */
export type AlertTurn = 'post' | 'wait' | 'told'

/** How relays of one store tell of an alert once, whichever of them notice it. */
export interface AlertSharing {
  /**
   * Says that an alert holds here, or no more, and asks whose turn it is to tell. After `post` it is this relay's for a minute, and
   * `endAlert` is called then; what nobody ended is another's turn. A relay for which an alert holds says so again and again: one that is not
   * heard of for five minutes no longer counts. An alert is over when it is so for every relay.
   */
  claimAlert(name: string, state: AlertState): Promise<AlertTurn>
  /** Ends this relay's turn. */
  endAlert(name: string, state: AlertState, isTold: boolean): Promise<void>
}

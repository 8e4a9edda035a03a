/** How far a table has been gone through in one go. */
export interface SweptRows {
  /** The last row that was looked at. */
  readonly last: number
  /** There was no more. */
  readonly isEnd: boolean
}

import { abort } from './cases/abort.ts'
import { blocked } from './cases/blocked.ts'
import { brokenAnswers } from './cases/broken-answers.ts'
import { changingOptions } from './cases/changing-options.ts'
import { checkKey } from './cases/check-key.ts'
import { close } from './cases/close.ts'
import { contract } from './cases/contract.ts'
import { inputUnchanged } from './cases/input-unchanged.ts'
import { lostAnswers } from './cases/lost-answers.ts'
import { noIdentifier } from './cases/no-identifier.ts'
import { nothingToSend } from './cases/nothing-to-send.ts'
import { oneResultPerEvent } from './cases/one-result-per-event.ts'
import { planIsSent } from './cases/plan-is-sent.ts'
import { poison } from './cases/poison.ts'
import { rateLimited } from './cases/rate-limited.ts'
import { redaction } from './cases/redaction.ts'
import { rejections } from './cases/rejections.ts'
import { repeats } from './cases/repeats.ts'
import { requestLimits } from './cases/request-limits.ts'
import { singleOrBatched } from './cases/single-or-batched.ts'
import { skippingOptions } from './cases/skipping-options.ts'
import { sockets } from './cases/sockets.ts'
import { throwingOptions } from './cases/throwing-options.ts'
import { tooLarge } from './cases/too-large.ts'
import { unavailable } from './cases/unavailable.ts'
import type { ConnectorCase } from './connector-case.ts'

/** All that any connector must do, each with its reason, in the order in which a new connector best meets them. */
export const connectorCases: readonly ConnectorCase[] = [
  contract,
  planIsSent,
  oneResultPerEvent,
  nothingToSend,
  inputUnchanged,
  noIdentifier,
  skippingOptions,
  changingOptions,
  throwingOptions,
  singleOrBatched,
  requestLimits,
  tooLarge,
  poison,
  repeats,
  rateLimited,
  blocked,
  unavailable,
  brokenAnswers,
  lostAnswers,
  redaction,
  checkKey,
  abort,
  sockets,
  close,
  rejections,
]

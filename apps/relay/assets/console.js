import { showBusy } from './busy.js'
import { keepLive } from './live.js'

showBusy()
if (document.body.hasAttribute('data-live-page')) keepLive()

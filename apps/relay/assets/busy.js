/** While a form is on its way, its button says so and cannot be pressed again. */
export function showBusy() {
  addEventListener('submit', ({ submitter }) => {
    if (!(submitter instanceof HTMLButtonElement) || submitter.form?.method !== 'post') return
    const { busy } = submitter.dataset
    // A button that is switched off before the form is read would be left out of it.
    setTimeout(() => {
      submitter.disabled = true
      if (busy !== undefined) submitter.textContent = busy
    })
  })
  // Coming back to a page that the browser kept.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
}

/** What workflows refuse to people at the desks, in words. */
export const deskRefusals: Record<string, { what: string; next: string }> = {
  'own-loan': { what: 'This is your own loan: nobody decides on their own.', next: 'Leave it to a colleague.' },
  'own-identity': { what: 'This is your own identification: nobody decides on their own.', next: 'Leave it to a colleague.' },
  'nothing-is-stuck': { what: 'No step of this loan has stopped any more: it has gone on, or somebody has decided already.', next: 'Look at the loan page.' },
  'step-cannot-be-skipped': { what: 'The loan cannot go on without this step.', next: 'Have it done again, or end the loan.' },
  'episode-ended': { what: 'The collection episode has ended: the arrears are paid, or the law has taken over.', next: 'Look at the loan page.' },
  'promise-too-far': { what: 'A promise to pay is for today at the earliest and 31 days ahead at the latest.', next: 'Agree on an earlier day.' },
  'promise-open': { what: 'There is an open promise already.', next: 'Wait until it has been kept or broken; it is judged on the day after its own.' },
  'nothing-on-hold': { what: 'Contact is not on hold any more.', next: 'Look at the loan page for what was decided.' },
  'case-closed': { what: 'The case is closed.', next: 'Look at the case.' },
  'case-goes-back': { what: 'A case only goes forward: preparing, filed, judgment, enforcing, closed.', next: 'Choose the present state or a later one.' },
  'deadline-missing': { what: 'An open case needs a next deadline after today.', next: 'Give a later date.' },
};

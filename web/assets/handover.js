// Carries the person on to the bank; without JavaScript they press the button.
document.querySelector('form[data-handover]')?.requestSubmit();

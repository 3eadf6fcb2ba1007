// Presses what carries the key that was typed (data-key), or moves there where it is a field. Escape leaves a field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const field = event.target.closest("input, textarea, select");
  if (field) {
    if (event.key === "Escape") field.blur();
    return;
  }
  const typed = event.key === "ArrowRight" ? "n" : event.key.toLowerCase();
  const wanted = [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === typed);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input")) wanted.select();
  else wanted.click();
});

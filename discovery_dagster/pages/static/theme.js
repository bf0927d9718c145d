// Sets the chosen scheme before anything is drawn; without a choice the system's holds.
{
  const chosen = localStorage.getItem("discovery-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}

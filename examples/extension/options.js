const { accounts = {} } = await chrome.storage.local.get('accounts');
for (const [host, { username }] of Object.entries(accounts)) {
  const item = document.createElement('li');
  item.textContent = `${host}: ${username}`;
  document.getElementById('accounts').append(item);
}

const { accounts = {} } = await chrome.storage.local.get('accounts');
document.getElementById('count').textContent = String(Object.keys(accounts).length);

// Calls of the sandbox. Failures carry words that can be shown.

export class CallError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new CallError("Le bac à sable ne répond pas. · صندوق التجارب لا يجيب", 0);
  }
  const body = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) {
    throw new CallError(body?.error?.message ?? body?.error ?? `HTTP ${response.status}`, response.status);
  }
  return body;
}

function withJson(method, body) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

const phonePath = (phone) => `/sandbox/phones/${encodeURIComponent(phone)}`;

export const listPhones = () => call("/sandbox/phones");
export const readMessages = (phone) => call(`${phonePath(phone)}/messages`);
export const sendMessage = (phone, body) => call(`${phonePath(phone)}/messages`, withJson("POST", body));
export const forgetPhone = (phone) => call(phonePath(phone), { method: "DELETE" });
export const blockChannel = (phone, channel, blocked) => call(`${phonePath(phone)}/blocked`, withJson("PUT", { channel, blocked }));
export const readClock = () => call("/sandbox/clock");
export const moveClock = (now) => call("/sandbox/clock", withJson("PUT", { now }));
export const readFaults = () => call("/sandbox/faults");
export const changeFaults = (changes) => call("/sandbox/faults", withJson("PUT", changes));
export const readPlaces = () => call("/sandbox/static/places.json");

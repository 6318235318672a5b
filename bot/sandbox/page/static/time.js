// People's time is Casablanca's.

const ZONE = "Africa/Casablanca";
const format = (options) => new Intl.DateTimeFormat("fr", { timeZone: ZONE, ...options });

const clockTime = format({ hour: "2-digit", minute: "2-digit" });
const day = format({ weekday: "long", day: "numeric", month: "long" });
const full = format({ weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const parts = format({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const showTime = (date) => clockTime.format(date);
export const showDay = (date) => day.format(date);
export const showFull = (date) => full.format(date);

// What a clock on the wall in Casablanca shows, as if it were UTC.
function wall(date) {
  const found = Object.fromEntries(parts.formatToParts(date).map((part) => [part.type, part.value]));
  return Date.UTC(found.year, found.month - 1, found.day, found.hour, found.minute, found.second);
}

// "2026-11-24T18:00" on that wall, as a moment.
export function fromWall(text) {
  const shown = Date.parse(`${text}Z`);
  let moment = shown;
  // Twice, because the offset may change between the guess and the answer.
  for (let round = 0; round < 2; round += 1) moment -= wall(new Date(moment)) - shown;
  return new Date(moment);
}

export const toWall = (date) => new Date(wall(date)).toISOString().slice(0, 16);

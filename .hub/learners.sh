#!/usr/bin/env bash
# Makes system users for a class and prints a card for each: .hub/learners.sh NUMBER. Whoever is there already keeps their password.
set -euo pipefail
count=${1:?How many learners? For example: .hub/learners.sh 40}
course=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "Only root can make users: sudo $0 $count" >&2; exit 1; }

getent group learners >/dev/null || groupadd learners
# git takes nothing out of a folder of somebody else's unless it is told that it may
git config --system --get-all safe.directory 2>/dev/null | grep -qxF "$course/.git" || git config --system --add safe.directory "$course/.git"
git config --system --get-all safe.directory | grep -qxF "$course" || git config --system --add safe.directory "$course"

for number in $(seq -f %02g 1 "$count"); do
  name="learner-$number"
  if id "$name" >/dev/null 2>&1; then
    echo "$name is there already" >&2
    continue
  fi
  useradd --create-home --shell /bin/bash --groups learners "$name"
  chmod 700 "/home/$name"
  password=$(LC_ALL=C tr -dc 'a-hjkmnp-z2-9' </dev/urandom | head -c 12 || true)
  echo "$name:$password" | chpasswd
  echo "$name  $password"
done

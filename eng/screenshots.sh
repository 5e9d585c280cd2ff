#!/usr/bin/env bash
# Makes docs/studio-*.png anew, with the installed Chromium. pngquant (Debian: apt-get install pngquant fonts-inter) makes them small.
set -euo pipefail
cd "$(dirname "$0")/.."
STUDIO_SCREENSHOTS=docs dotnet test tests/Studio.Tests --filter ScreenshotTests
pngquant --quality 60-90 --strip --skip-if-larger --force --ext .png docs/studio-*.png
ls -l docs/studio-*.png

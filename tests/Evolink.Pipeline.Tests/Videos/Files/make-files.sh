#!/bin/sh
# Makes the small videos that ContainerFuzzTests cuts, extends and relabels: one second, 10 frames of 64 x 64. Run by hand; needs ffmpeg with libx264
# and libvpx. The tests themselves need no ffmpeg, except for what they let it judge.
set -eu
cd "$(dirname "$0")"

picture="testsrc=s=64x64:r=10:d=1,format=yuv420p"
sound="sine=f=440:r=8000:d=1"
h264="-c:v libx264 -preset ultrafast -g 5 -bf 0 -threads 1 -bsf:v filter_units=remove_types=6"
vp8="-c:v libvpx -b:v 30k -g 5 -threads 1"
make="ffmpeg -v error -y -bitexact -f lavfi -i $picture"

$make -f lavfi -i $sound $h264 -c:a aac -b:a 16k -flags:a +bitexact -movflags +faststart header-first.mp4
$make -f lavfi -i $sound $h264 -c:a aac -b:a 16k -flags:a +bitexact header-last.mp4
$make $h264 -movflags +empty_moov+frag_keyframe+default_base_moof fragmented.mp4
$make $h264 -movflags +empty_moov+frag_keyframe+default_base_moof+skip_trailer fragmented-live.mp4
$make $h264 -movflags +dash+global_sidx -frag_duration 500000 fragmented-indexed.mp4
$make $h264 quicktime.mov
$make $vp8 -cluster_time_limit 500 seekable.webm
$make $vp8 -cluster_time_limit 500 -f webm - | cat > streamed.webm
$make $h264 -cluster_time_limit 500 -f matroska matroska.mkv
ls -l

#!/bin/sh
# Makes the two elementary streams that the simulator cuts its videos from. Run it by hand after a change to the picture; needs ffmpeg
# with libx264 and drawtext. The simulator itself needs no ffmpeg.
#
# 15 s at 10 frames a second, one closed group of pictures per second, no B-frames, one slice per frame: the first N seconds are then
# simply the first 10 * N frames, and decoding order is showing order.
set -eu
cd "$(dirname "$0")"

make_stream() { # width height crf
    ball=$(($2 / 4))
    ffmpeg -v error -y \
        -f lavfi -i "gradients=s=$1x$2:r=10:d=15:c0=0x1b2a49:c1=0x7a3e8e:x0=0:y0=0:x1=$1:y1=$2:n=2:speed=0.00001:seed=1" \
        -f lavfi -i "color=c=0xffb454:s=${ball}x${ball}:r=10:d=15,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*lte(hypot(X-W/2,Y-H/2),W/2-2)'" \
        -filter_complex "[0][1]overlay=x='(W-w)*(0.5+0.5*sin(2*PI*t/5))':y='(H-h)*(0.5-0.35*cos(2*PI*t/2.5))':format=auto,\
drawtext=font=monospace:fontcolor=white:fontsize=h/6:x=(w-tw)/2:y=h*0.78:text='%{eif\\:floor(t)\\:d\\:2} s',format=yuv420p" \
        -c:v libx264 -profile:v main -preset veryslow -crf "$3" -threads 1 -bf 0 -fps_mode cfr \
        -x264-params "keyint=10:min-keyint=10:scenecut=0:open-gop=0:slices=1:aud=1:ref=1" \
        -bsf:v "filter_units=remove_types=6" -f h264 "$2p.h264"
    ls -l "$2p.h264"
}

make_stream 1280 720 30
make_stream 1920 1080 34

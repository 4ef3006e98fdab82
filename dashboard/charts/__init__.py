"""Data frames to Altair charts; no Streamlit inside.

Altair checks each part of a chart against the schema as it is made, which takes longer than making it;
tests compile every chart instead. Give `encode` channels (``alt.Url("uri:N")``), not strings or
``alt.value``: finding the channel for those takes it 5 ms each.
"""

from altair.utils.schemapi import disable_debug_mode

disable_debug_mode()

"""Denoising: corruption kinds and levels (`controls`), one image, and PSNR and SSIM curves over levels."""
